namespace Wharf.Architecture;

/// <summary>A program that grew past its budget fails here. Raise the number in the commit that has the reason.</summary>
public sealed class BinarySizeTests
{
    [Theory]
    [InlineData("wharf", 16)]
    [InlineData("wharfd", 33)]
    [InlineData("wharf-containerd", 26)]
    [InlineData("containerd-shim-wharf-v2", 4)]
    [InlineData("wharf-runc", 7)]
    public void A_program_stays_within_its_megabytes(string program, int budget)
    {
        string folder = Environment.GetEnvironmentVariable("WHARF_BIN") is { Length: > 0 } given ? given : Path.Combine(Checkout.Root, "out", "bin");
        var file = new FileInfo(Path.Combine(folder, program));
        Assert.SkipUnless(file.Exists, $"\"{file.FullName}\" is not built");

        Assert.InRange(file.Length, 0, budget * 1_000_000L);
    }
}
