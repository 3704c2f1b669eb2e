#!/usr/bin/env python
"""Django's command line; starts the embedded servers when no real ones are named."""

import os
import sys

from django.core.management import execute_from_command_line

from gridmarketing import embedded, prepare

# These make or look at code and tables, so they don't want a new database filled first.
WITHOUT_TABLES = {"help", "--help", "--version", "check", "makemessages", "makemigrations", "migrate"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    database_is_embedded = not os.environ.get("DATABASE_URL")
    embedded.ensure()
    if database_is_embedded and not WITHOUT_TABLES.intersection(sys.argv[1:2]):
        prepare.migrate_new_cluster()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
