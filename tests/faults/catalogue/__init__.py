"""The faults by what they are about; each module has `FAULTS`."""
