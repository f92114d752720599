"""What portraits are drawn of: dice, colours, heads, hair, clothes, backdrops; all as SVG text."""
