"""`python -m prep`: the same as the command `prep`."""

from prep.cli import main

main()
