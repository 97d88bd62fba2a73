"""`python -m kadesh`: the command, where its script is not on the path."""

from kadesh.cli import main

if __name__ == "__main__":
    main()
