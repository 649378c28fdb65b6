"""The subcommands, one file each. At module level they import click alone, so that `--help` is quick."""
