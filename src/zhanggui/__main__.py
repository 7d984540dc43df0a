"""`python -m zhanggui` is the `zhanggui` command."""

from zhanggui.config.cli import main

if __name__ == "__main__":
    main()
