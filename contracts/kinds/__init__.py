"""One module a submission kind: fields in the order of the form, rules in the order of the regulation."""
