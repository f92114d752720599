"""`/_tenant/`: the tenant's own pages, for driving and watching it. No service has them."""
