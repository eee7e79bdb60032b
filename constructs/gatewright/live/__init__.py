"""A cluster beside what was written for it: before anything is applied, whether it is what is claimed; after it, whether all is in force."""
