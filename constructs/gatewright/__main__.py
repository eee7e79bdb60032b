"""``python -m gatewright``."""

import sys

from gatewright.cli import main

if __name__ == "__main__":
    sys.exit(main())
