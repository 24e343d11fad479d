"""The jobs table and the details of one job."""
