"""What a change of a schema means: schemas compared as sets of values."""
