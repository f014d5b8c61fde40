"""`python -m core ...`; see core.cli.commands."""

from core.cli.commands import run_as_program

run_as_program()
