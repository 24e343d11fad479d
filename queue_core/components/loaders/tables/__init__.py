"""What loaders share of tables: values as text, names of columns, batches made one table."""
