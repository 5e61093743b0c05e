using Wharf.Harness;

namespace Wharf.Interop.Registry;

/// <summary>wharfd on the distribution's containerd, and the distribution's registry.</summary>
public sealed class RegistryFixture : IDisposable
{
    public RegistryFixture() => Engine.Docker("image", "inspect", "busybox:latest").Succeeds();

    public DaemonOnContainerd Engine { get; } = new();

    public DockerRegistry Registry { get; } = new();

    public string Busybox(string name)
    {
        string archive = Path.Combine(Engine.Root, "busybox.tar");
        if (!File.Exists(archive))
        {
            Command.Run(Path.Combine(Programs.Checkout, "scripts", "busybox-image"), archive).Succeeds();
        }

        Registry.Add("oci-archive:" + archive, name);
        return $"{Registry.Authority}/{name}";
    }

    public void Dispose()
    {
        Engine.Dispose();
        Registry.Dispose();
    }
}
