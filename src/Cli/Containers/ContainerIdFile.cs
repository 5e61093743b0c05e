using System.Text;

namespace Wharf.Cli.Containers;

/// <summary>--cidfile: made before the container, so that two runs cannot share one; gone again when no container came of it.</summary>
internal sealed class ContainerIdFile : IDisposable
{
    private readonly string path;
    private readonly FileStream file;
    private bool written;

    private ContainerIdFile(string path, FileStream file)
    {
        this.path = path;
        this.file = file;
    }

    internal static ContainerIdFile Open(string path)
    {
        try
        {
            return new ContainerIdFile(path, new FileStream(path, FileMode.CreateNew, FileAccess.Write));
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new InvalidSettingException($"container ID file found, make sure the other container isn't running or delete {path}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidSettingException($"failed to create the container ID file: {error.Message}");
        }
    }

    internal void Write(string id)
    {
        file.Write(Encoding.ASCII.GetBytes(id));
        written = true;
    }

    public void Dispose()
    {
        file.Dispose();
        if (!written)
        {
            File.Delete(path);
        }
    }
}
