"""What the checks of uploads work with: tables of cases, faults of presigned URLs, downloads, events."""
