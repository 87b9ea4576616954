"""Personal data in texts: what it looks like, how it is told from its look-alikes, what stands in its place."""
