grant set on parameter backtrace_functions to ringfence_operator;
