"""From policy documents to the compiled rulebook: the passes, the conflicts they find, and the kernel."""
