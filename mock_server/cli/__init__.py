"""The command line. Each command is a module here that has a click command of the same name, `command`."""
