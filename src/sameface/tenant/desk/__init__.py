"""The desk: pages on which anybody can live through an era, over a world that disturbs no other."""
