using Wharf.Libcontainer.Seccomp;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Tests.Seccomp;

public sealed class FilterCompilerTests
{
    private const uint X64 = 0xC000003E;
    private const uint X86 = 0x40000003;
    private const uint Allow = 0x7fff0000;
    private const uint Kill = 0x80000000;
    private const uint NotPermitted = 0x00050001;
    private const uint NoSuchCall = 0x00050026;

    [Fact]
    public void Every_call_gets_the_action_of_its_rule_and_every_other_the_default()
    {
        string[] allowed = ["read", "write", "openat", "futex", "clone3", "execve"];
        IReadOnlyList<ulong> program = Compile("SCMP_ACT_ERRNO", Rule("SCMP_ACT_ALLOW", allowed));
        IReadOnlyDictionary<string, int> table = AbiNumbers.Of(SeccompArchitecture.X64);
        int highest = allowed.Max(name => table[name]);

        foreach ((string name, int number) in table)
        {
            uint expected = allowed.Contains(name) ? Allow : number > highest ? NoSuchCall : NotPermitted;
            Assert.True(expected == BpfMachine.Run(program, X64, (uint)number), name);
        }
    }

    [Theory]
    [InlineData("SCMP_CMP_EQ", 0x1_0000_0005ul, 0x1_0000_0005ul, true)]
    [InlineData("SCMP_CMP_EQ", 0x1_0000_0005ul, 5ul, false)]
    [InlineData("SCMP_CMP_NE", 5ul, 0x1_0000_0005ul, true)]
    [InlineData("SCMP_CMP_NE", 5ul, 5ul, false)]
    [InlineData("SCMP_CMP_GT", 0x1_0000_0000ul, 0x1_0000_0001ul, true)]
    [InlineData("SCMP_CMP_GT", 0x1_0000_0000ul, 0xffff_fffful, false)]
    [InlineData("SCMP_CMP_GE", 7ul, 7ul, true)]
    [InlineData("SCMP_CMP_GE", 7ul, 6ul, false)]
    [InlineData("SCMP_CMP_LT", 7ul, 6ul, true)]
    [InlineData("SCMP_CMP_LT", 7ul, 7ul, false)]
    [InlineData("SCMP_CMP_LE", 0x2_0000_0000ul, 0x1_ffff_fffful, true)]
    [InlineData("SCMP_CMP_LE", 0x2_0000_0000ul, 0x2_0000_0001ul, false)]
    public void An_argument_is_compared_in_all_of_its_64_bits(string operation, ulong value, ulong given, bool matches)
    {
        IReadOnlyList<ulong> program = Compile("SCMP_ACT_ERRNO", Rule("SCMP_ACT_ALLOW", ["personality"], new SeccompArgument { Index = 0, Op = operation, Value = value }));

        Assert.Equal(matches ? Allow : NotPermitted, BpfMachine.Run(program, X64, 135, given));
    }

    [Theory]
    [InlineData(0x7e02_0000ul, false)]
    [InlineData(0x0000_0011ul, true)]
    public void A_mask_is_laid_over_the_argument(ulong flags, bool matches)
    {
        IReadOnlyList<ulong> program = Compile("SCMP_ACT_ERRNO", Rule("SCMP_ACT_ALLOW", ["clone"], new SeccompArgument { Index = 0, Op = "SCMP_CMP_MASKED_EQ", Value = 0x7e02_0000, ValueTwo = 0 }));

        Assert.Equal(matches ? Allow : NotPermitted, BpfMachine.Run(program, X64, 56, flags));
    }

    [Fact]
    public void Conditions_on_two_arguments_mean_both_and_on_one_argument_either()
    {
        IReadOnlyList<ulong> both = Compile("SCMP_ACT_ERRNO", Rule("SCMP_ACT_ALLOW", ["socket"], Equal(0, 1), Equal(1, 2)));
        IReadOnlyList<ulong> either = Compile("SCMP_ACT_ERRNO", Rule("SCMP_ACT_ALLOW", ["socket"], Equal(0, 1), Equal(0, 2)));

        Assert.Equal(Allow, BpfMachine.Run(both, X64, 41, 1, 2));
        Assert.Equal(NotPermitted, BpfMachine.Run(both, X64, 41, 1, 3));
        Assert.Equal(Allow, BpfMachine.Run(either, X64, 41, 2, 9));
        Assert.Equal(NotPermitted, BpfMachine.Run(either, X64, 41, 3, 9));
    }

    [Fact]
    public void Another_ABI_is_killed_unless_it_is_listed()
    {
        IReadOnlyList<ulong> only = Compile("SCMP_ACT_ALLOW", Rule("SCMP_ACT_ERRNO", ["mkdir"]));
        IReadOnlyList<ulong> listed = Compile("SCMP_ACT_ALLOW", ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], Rule("SCMP_ACT_ERRNO", ["mkdir"]));

        Assert.Equal(Kill, BpfMachine.Run(only, X86, 39));
        Assert.Equal(Kill, BpfMachine.Run(only, X64, 0x40000000 | 83));
        Assert.Equal(NotPermitted, BpfMachine.Run(listed, X86, 39));
        Assert.Equal(NotPermitted, BpfMachine.Run(listed, X64, 0x40000000 | 83));
        Assert.Equal(NotPermitted, BpfMachine.Run(listed, X64, 83));
        Assert.Equal(Allow, BpfMachine.Run(listed, X64, 0));
    }

    [Fact]
    public void What_the_kernel_does_not_have_is_an_error()
    {
        Assert.Throws<ContainerException>(() => Compile("SCMP_ACT_NONSENSE"));
        Assert.Throws<ContainerException>(() => Compile("SCMP_ACT_ALLOW", Rule("SCMP_ACT_ERRNO", ["mkdir"], new SeccompArgument { Index = 6, Op = "SCMP_CMP_EQ" })));
        Assert.Throws<ContainerException>(() => Compile("SCMP_ACT_ALLOW", ["SCMP_ARCH_X86_64"], Rule("SCMP_ACT_ERRNO", ["mkdir"], new SeccompArgument { Op = "SCMP_CMP_NOT" })));
    }

    private static SeccompArgument Equal(uint index, ulong value) => new() { Index = index, Op = "SCMP_CMP_EQ", Value = value };

    private static SeccompRule Rule(string action, string[] names, params SeccompArgument[] arguments) =>
        new() { Action = action, Names = names, Args = arguments };

    private static ulong[] Compile(string defaultAction, params SeccompRule[] rules) => Compile(defaultAction, ["SCMP_ARCH_X86_64"], rules);

    private static ulong[] Compile(string defaultAction, string[] architectures, params SeccompRule[] rules) =>
        FilterCompiler.Compile(new Wharf.Oci.Runtime.Seccomp { DefaultAction = defaultAction, Architectures = architectures, Syscalls = rules })!.Instructions;
}
