/// The look of the sample sites: plain on purpose, one colour per department.
enum StyleSheet {
    static let text = """
        :root { --accent: #3a4657; --soft: #eef1f5; --ink: #1d232b; --line: #d5dae1; }
        .social-security { --accent: #17616b; --soft: #e6f2f2; }
        .real-estate { --accent: #7a4419; --soft: #f8efe6; }
        * { box-sizing: border-box; }
        body { margin: 0; color: var(--ink); background: var(--soft); line-height: 1.6;
          font: 1rem/1.6 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
        header { background: var(--accent); color: #fff; padding: 1rem clamp(1rem, 4vw, 3rem) 1.5rem; }
        header .row { display: flex; flex-wrap: wrap; gap: .5rem 1rem; justify-content: space-between; align-items: center;
          max-width: 60rem; margin: 0 auto; }
        header .name { margin: 0; font-weight: 600; font-size: 1.125rem; }
        header .motto { max-width: 60rem; margin: .75rem auto 0; font-size: clamp(1.375rem, 5vw, 2rem); line-height: 1.3; }
        header a { color: #fff; display: inline-block; padding: .625rem 0; text-decoration: none; }
        header a.language { border: 1px solid #fff; border-radius: .375rem; padding: .5rem 1rem; }
        main { max-width: 60rem; margin: 0 auto; padding: 1rem clamp(1rem, 4vw, 3rem) 3rem; display: grid; gap: 1rem; }
        .card { background: #fff; border: 1px solid var(--line); border-radius: .5rem; padding: 1rem 1.25rem; min-width: 0; }
        .card h2 { margin: 0 0 .5rem; font-size: 1.25rem; }
        .badge { display: inline-block; margin: 0 0 .5rem; padding: .125rem .75rem; border-radius: 1rem; background: var(--soft);
          color: var(--accent); font-weight: 600; }
        .button, button { display: inline-block; min-height: 2.75rem; padding: .5rem 1.5rem; border-radius: .375rem;
          border: 2px solid var(--accent); background: var(--accent); color: #fff; font: inherit; font-weight: 600;
          text-decoration: none; cursor: pointer; }
        button.quiet { background: #fff; color: var(--accent); }
        .card p, .card ul { margin: 0 0 .5rem; }
        .card ul { list-style: none; padding: 0; }
        .services { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); }
        .services li, .sites a { display: block; border-left: .25rem solid var(--accent); padding: .5rem .75rem; background: var(--soft); }
        .services strong, .services span, .sites strong, .sites span { display: block; }
        .sites { display: grid; gap: .75rem; }
        .card a { color: var(--accent); display: inline-block; padding: .625rem 0; }
        .card a.button { color: #fff; padding: .5rem 1.5rem; }
        .card .sites a { display: block; padding: .5rem .75rem; text-decoration: none; }
        summary { cursor: pointer; padding: .625rem 0; font-weight: 600; }
        table { border-collapse: collapse; width: 100%; table-layout: fixed; }
        th, td { text-align: left; vertical-align: top; padding: .375rem .5rem; border-bottom: 1px solid var(--line);
          overflow-wrap: anywhere; }
        thead th:first-child { width: 9rem; }
        a:focus-visible, button:focus-visible, summary:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px; }
        header a:focus-visible { outline-color: #fff; }

        """
}
