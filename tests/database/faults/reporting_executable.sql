-- Seeds: an analyst may execute more than the readers of the context. Rolled back by the test.
grant execute on function ringfence.permissions_of(text, boolean) to ringfence_reporting;
