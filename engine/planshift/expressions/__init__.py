"""The rule language (grammar, tree, types, printer) and the compiled form with its scalar reading."""
