"""Records as an Excel workbook: a row for each record, and a sheet that sums them up."""
