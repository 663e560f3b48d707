alter role ringfence_operator valid until '2020-01-01'
