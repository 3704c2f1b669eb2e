#!/usr/bin/env python
"""Django's command line; starts the embedded servers when no real ones are named."""

import os
import sys

from django.core.management import execute_from_command_line

from gridmarketing import embedded


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    embedded.ensure()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
