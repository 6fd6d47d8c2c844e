"""What `check` found, in the shapes that people and machines read: one model, one set of rule ids, four writers."""
