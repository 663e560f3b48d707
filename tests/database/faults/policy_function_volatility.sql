-- Seeds: a reader of the context has the wrong volatility. Rolled back by the test.
alter function ringfence.current_tenant() immutable;
