using System.Globalization;

namespace Wharf.Daemon.Host;

/// <summary>Says which process the daemon is; gone when it ends in order.</summary>
internal sealed class PidFile : IDisposable
{
    private readonly string path;

    internal PidFile(string path)
    {
        this.path = path;
        if (File.Exists(path)
            && int.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int other)
            && other != Environment.ProcessId && IsDaemon(other))
        {
            throw new EngineException(EngineErrorKind.System, $"write pid file \"{path}\": process with pid {other} is still running");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    public void Dispose() => File.Delete(path);

    /// <summary>The number of a daemon that was killed may be another program's now.</summary>
    private static bool IsDaemon(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm") == File.ReadAllText("/proc/self/comm");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
