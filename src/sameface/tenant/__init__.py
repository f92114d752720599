"""The local Microsoft 365: real protocols over the rules, for trying things at a desk."""
