namespace Wharf.Harness;

/// <summary>Where the built programs are: out/bin of the checkout, or the folder named by WHARF_BIN.</summary>
public static class Programs
{
    public static string Checkout { get; } = FindCheckout();

    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("WHARF_BIN") is { Length: > 0 } folder ? folder : Path.Combine(Checkout, "out", "bin");

    public static string Wharf => Built("wharf");

    public static string Daemon => Built("wharfd");

    public static string Containerd => Built("wharf-containerd");

    public static string Shim => Built("containerd-shim-wharf-v2");

    public static string Runc => Built("wharf-runc");

    private static string Built(string name)
    {
        string path = Path.Combine(Folder, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"program \"{path}\" is not built: run 'make build' first", path);
    }

    private static string FindCheckout()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Wharf.slnx")))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException($"no Wharf.slnx above \"{AppContext.BaseDirectory}\"");
    }
}
