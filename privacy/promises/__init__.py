"""The claims of the policy, the checks that show they are kept, and the evidence."""
