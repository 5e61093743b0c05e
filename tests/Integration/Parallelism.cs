// One engine at a time: the machine has few cores, and the leak check compares a whole engine before and after.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
