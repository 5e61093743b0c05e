using Wharf.Libcontainer.Cgroups;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Tests.Cgroups;

/// <summary>Device rules as a program, run by an interpreter.</summary>
public sealed class DeviceProgramTests
{
    private const uint Block = 1;
    private const uint Character = 2;
    private const uint Make = 1;
    private const uint Read = 2;
    private const uint Write = 4;

    [Fact]
    public void Without_rules_a_container_has_its_own_devices_and_no_other()
    {
        ulong[] program = DeviceProgram.Of(DeviceRules.Complete(null));

        Assert.True(DeviceProgramMachine.Allows(program, Character, Read | Write, 1, 3));
        Assert.True(DeviceProgramMachine.Allows(program, Character, Read | Write, 136, 17));
        Assert.True(DeviceProgramMachine.Allows(program, Block, Make, 8, 0));
        Assert.False(DeviceProgramMachine.Allows(program, Block, Read, 8, 0));
        Assert.False(DeviceProgramMachine.Allows(program, Character, Read, 1, 1));
        Assert.False(DeviceProgramMachine.Allows(program, Character, Write, 10, 200));
    }

    [Fact]
    public void A_privileged_container_has_all_devices_and_nothing_follows_the_rule_that_says_so()
    {
        ulong[] program = DeviceProgram.Of([new DeviceRule { Allow = false }, new DeviceRule { Allow = true, Type = "a", Major = -1, Minor = -1, Access = "rwm" }]);

        Assert.Equal(8, program.Length);
        Assert.True(DeviceProgramMachine.Allows(program, Block, Read | Write, 8, 0));
    }

    [Fact]
    public void The_last_rule_about_a_device_decides_each_kind_of_access()
    {
        ulong[] program = DeviceProgram.Of([Rule(true, "c", 10, null, "rwm"), Rule(false, "c", 10, 200, "w"), Rule(true, "b", 8, 1, "r"), Rule(true, "b", 8, null, "w")]);

        Assert.True(DeviceProgramMachine.Allows(program, Character, Read, 10, 200));
        Assert.False(DeviceProgramMachine.Allows(program, Character, Read | Write, 10, 200));
        Assert.True(DeviceProgramMachine.Allows(program, Character, Read | Write, 10, 201));

        // Two rules together allow what neither does alone.
        Assert.True(DeviceProgramMachine.Allows(program, Block, Read | Write, 8, 1));
        Assert.False(DeviceProgramMachine.Allows(program, Block, Read | Write, 8, 2));
        Assert.False(DeviceProgramMachine.Allows(program, Block, Make, 8, 1));
    }

    [Fact]
    public void A_rule_about_all_types_and_one_number_is_not_about_all_devices()
    {
        // The v1 kernel reads "a 1:11 r" as everything.
        Assert.Equal(["a", "b 1:11 r", "c 1:11 r"], DeviceRules.Complete([Rule(true, "a", 1, 11, "r")]).Take(3).Select(DeviceRules.Line));
    }

    [Fact]
    public void Any_rules_decide_as_their_reading_one_by_one_does()
    {
        var random = new Random(7);
        for (int round = 0; round < 2000; round++)
        {
            DeviceRule[] rules = [.. Enumerable.Range(0, random.Next(8)).Select(_ => Rule(
                random.Next(2) == 0,
                new[] { "a", "b", "c", null }[random.Next(4)],
                random.Next(2) == 0 ? null : random.Next(3),
                random.Next(2) == 0 ? -1 : random.Next(3),
                new[] { "r", "w", "m", "rw", "rwm", "wm", null }[random.Next(7)]))];
            ulong[] program = DeviceProgram.Of(rules);
            foreach (uint kind in new[] { Block, Character })
            {
                for (uint access = 1; access < 8; access++)
                {
                    for (uint number = 0; number < 9; number++)
                    {
                        (uint major, uint minor) = (number / 3, number % 3);
                        Assert.Equal(Decide(rules, kind, access, major, minor), DeviceProgramMachine.Allows(program, kind, access, major, minor));
                    }
                }
            }
        }
    }

    [Fact]
    public void Letters_of_an_access_that_mean_nothing_are_left_out()
    {
        DeviceRule rule = Rule(true, "c", 1, 3, "rxa");

        Assert.Equal("c 1:3 r", DeviceRules.Line(rule));
        Assert.Equal(DeviceProgram.Of([Rule(true, "c", 1, 3, "r")]), DeviceProgram.Of([rule]));
    }

    [Theory]
    [InlineData("x", 1, "r")]
    [InlineData("c", 1, "x")]
    [InlineData("c", 4294967296, "r")]
    public void A_rule_that_is_none_is_refused(string type, long major, string access)
    {
        Assert.Throws<ContainerException>(() => DeviceProgram.Of([Rule(true, type, major, 0, access)]));
    }

    private static DeviceRule Rule(bool allow, string? type, long? major, long? minor, string? access) => new() { Allow = allow, Type = type, Major = major, Minor = minor, Access = access };

    private static bool Decide(DeviceRule[] rules, uint kind, uint access, uint major, uint minor) =>
        new[] { (Make, 'm'), (Read, 'r'), (Write, 'w') }.Where(one => (access & one.Item1) != 0).All(one => rules.LastOrDefault(rule =>
            (rule.Type is null or "a" || rule.Type == (kind == Block ? "b" : "c"))
            && (rule.Major is null or < 0 || rule.Major == major)
            && (rule.Minor is null or < 0 || rule.Minor == minor)
            && (rule.Access ?? "rwm").Contains(one.Item2, StringComparison.Ordinal))?.Allow == true);
}
