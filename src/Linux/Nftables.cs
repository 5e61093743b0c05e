using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>
/// The firewall, through libnftables(3). The library is loaded for the call and unloaded after it: rules change seldom, and
/// a daemon without bridges does not need it.
/// </summary>
public static unsafe class Nftables
{
    private const string Library = "libnftables.so.1";

    // FD_SETSIZE: the library waits for its socket with select(2), and ends the process when the number is larger.
    private const int Selectable = 1024;
    private const int Reserved = 16;
    private const int Released = 2;
    private static readonly Lock Gate = new();
    private static readonly List<FileDescriptor> LowNumbers = [];

    /// <summary>
    /// Keeps some low descriptor numbers for the library's sockets: to be called while there are any, by a program that will have
    /// more than a thousand files open.
    /// </summary>
    public static void Reserve()
    {
        lock (Gate)
        {
            TakeLowNumbers();
        }
    }

    /// <summary>Runs commands in nft(8)'s language as one transaction, of this thread's network namespace: all or none.</summary>
    /// <exception cref="NftablesException">The library is missing, or it refuses; the message tells what and where.</exception>
    public static void Run(string commands) => Run(commands, json: false);

    /// <summary>The same, and what the commands print: lists in JSON, libnftables-json(5).</summary>
    /// <exception cref="NftablesException">The library is missing, or it refuses.</exception>
    public static string List(string commands) => Run(commands, json: true);

    /// <summary>The same, in nft(8)'s language.</summary>
    /// <exception cref="NftablesException">The library is missing, or it refuses.</exception>
    public static string Print(string commands) => Run(commands, json: false);

    private static string Run(string commands, bool json)
    {
        lock (Gate)
        {
            if (!NativeLibrary.TryLoad(Library, out nint library))
            {
                throw new NftablesException($"load \"{Library}\": not found (Debian's package is libnftables1)");
            }

            try
            {
                ReleaseLowNumbers();
                return Run(library, commands, json);
            }
            finally
            {
                NativeLibrary.Free(library);
                TakeLowNumbers();
            }
        }
    }

    /// <summary>The kernel gives the lowest free number. More than one is let go, because another thread may open a file now.</summary>
    private static void ReleaseLowNumbers()
    {
        TakeLowNumbers();
        if (LowNumbers.Count == 0)
        {
            throw new NftablesException($"nft: no descriptor below {Selectable} is free");
        }

        for (int count = 0; count < Released && LowNumbers.Count > 0; count++)
        {
            LowNumbers[^1].Dispose();
            LowNumbers.RemoveAt(LowNumbers.Count - 1);
        }
    }

    private static void TakeLowNumbers()
    {
        while (LowNumbers.Count < Reserved)
        {
            FileDescriptor low = Files.Open("/dev/null", OpenFlags.ReadOnly);
            if (low.Number >= Selectable)
            {
                low.Dispose();
                return;
            }

            LowNumbers.Add(low);
        }
    }

    private static string Run(nint library, string commands, bool json)
    {
        const uint asJson = 1 << 4;
        const uint numericProtocols = 1 << 7;
        var create = (delegate* unmanaged<uint, nint>)NativeLibrary.GetExport(library, "nft_ctx_new");
        var free = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "nft_ctx_free");
        var bufferOutput = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "nft_ctx_buffer_output");
        var bufferError = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "nft_ctx_buffer_error");
        var run = (delegate* unmanaged<nint, byte*, int>)NativeLibrary.GetExport(library, "nft_run_cmd_from_buffer");
        var error = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "nft_ctx_get_error_buffer");
        var output = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "nft_ctx_get_output_buffer");
        var setFlags = (delegate* unmanaged<nint, uint, void>)NativeLibrary.GetExport(library, "nft_ctx_output_set_flags");
        nint context = create(0);
        if (context == 0)
        {
            throw new NftablesException("nft_ctx_new: no context");
        }

        byte* text = NativeStrings.Copy(commands);
        try
        {
            if (bufferOutput(context) != 0 || bufferError(context) != 0)
            {
                throw new NftablesException("nft_ctx_buffer_error: no buffer");
            }

            setFlags(context, json ? asJson | numericProtocols : 0);
            if (run(context, text) != 0)
            {
                throw new NftablesException("nft: " + (Marshal.PtrToStringUTF8((nint)error(context)) ?? "no reason given").Trim());
            }

            return Marshal.PtrToStringUTF8((nint)output(context)) ?? "";
        }
        finally
        {
            NativeMemory.Free(text);
            free(context);
        }
    }
}
