"""Where outside pictures are worked on: processes with limits, replaced when they die.

`lanes.Workers` is for plain code, `service.Workshop` for async code; both answer like
`sameface.pictures`, with the same values and errors, and survive whatever a file does to the
process that reads it. This file imports neither: `worker` starts quicker without them.
"""
