"""What every other room of the mock stands on: errors, ports and values. Standard library only."""
