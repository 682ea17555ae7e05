"""The command line of the examiner. Each command is a module in `commands` that has a click command, `command`."""
