using System.IO.Compression;

namespace Wharf.Daemon.Logs;

/// <summary>Compresses the old files of a log beside its writer, which goes on: names may move on while one is compressed.</summary>
internal sealed class LogCompression(string path, int most)
{
    private const string Unfinished = ".compressing";
    private readonly Lock gate = new();
    private bool working;
    private int current;

    /// <summary>Moves all files on by one, and begins with what is not compressed yet.</summary>
    internal void Rotate()
    {
        lock (gate)
        {
            LogFiles.Rotate(path, most);
            current += current > 0 ? 1 : 0;
            if (!working)
            {
                working = true;
                _ = Task.Run(Work);
            }
        }
    }

    private void Work()
    {
        while (true)
        {
            string plain;
            lock (gate)
            {
                current = Enumerable.Range(1, Math.Max(0, most - 1)).Reverse().FirstOrDefault(number => File.Exists(LogFiles.Numbered(path, number)));
                if (current == 0)
                {
                    working = false;
                    return;
                }

                plain = LogFiles.Numbered(path, current);
            }

            try
            {
                Compress(plain);
            }
            catch (IOException error)
            {
                // A full disk: the file stays as it is.
                Console.Error.WriteLine($"wharfd: compress log \"{plain}\": {error.Message}");
                lock (gate)
                {
                    current = 0;
                    working = false;
                    return;
                }
            }
        }
    }

    private void Compress(string plain)
    {
        string made = path + Unfinished;
        FileStream source;
        lock (gate)
        {
            plain = LogFiles.Numbered(path, current);
            source = new FileStream(plain, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }

        using (source)
        using (var target = new FileStream(made, FileMode.Create, FileAccess.Write))
        using (var packed = new GZipStream(target, CompressionLevel.Fastest))
        {
            source.CopyTo(packed);
        }

        lock (gate)
        {
            if (current < most && File.Exists(LogFiles.Numbered(path, current)))
            {
                File.Move(made, LogFiles.Numbered(path, current) + LogFiles.Compressed, overwrite: true);
                File.Delete(LogFiles.Numbered(path, current));
            }
            else
            {
                File.Delete(made);
            }
        }
    }
}
