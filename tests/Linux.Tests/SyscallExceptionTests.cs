namespace Wharf.Linux.Tests;

public sealed class SyscallExceptionTests
{
    [Fact]
    public void Names_the_call_the_operand_and_the_cause_in_lower_case()
    {
        var error = new SyscallException("openat2", (int)Errno.EACCES, "/etc/shadow");

        Assert.Equal("openat2 \"/etc/shadow\": permission denied", error.Message);
        Assert.Equal(Errno.EACCES, error.Errno);
    }
}
