"""The parts of a contract as values: operations, answers, security, servers, media types, lifecycles and rules."""
