"""Single faults planted in the correct mock, and how long the examiner takes to find each."""
