"""What the plug-in `shout` imports."""

LOUDEST = 11
