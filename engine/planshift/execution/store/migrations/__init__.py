"""How the tables of a store come from one version to the next: one file per step, in `versions`."""
