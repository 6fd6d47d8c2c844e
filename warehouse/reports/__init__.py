"""What is published: the annual summary, figures.csv, and a validation report for every submission."""
