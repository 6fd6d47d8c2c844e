"""Workbooks of Excel 5.0 to 2003 (.xls)."""
