// One engine at a time: the machine has few cores, and the leak check compares a whole engine before and after.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

// What a lane leaves in the firewall is found by no test of its own.
[assembly: Xunit.AssemblyFixture(typeof(Wharf.Harness.FirewallTables))]
