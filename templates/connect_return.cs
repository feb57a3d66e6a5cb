<?cs # connect_return.cs: leads the visitor back to the editor that sent them here.
  Reads, besides layout.cs:
    Request.From              text            host of the editor
    Request.Url               url             where it goes; an origin that the operator allows, no spaces or quotes
    Request.Status            enum(open|connected|declined|failed)
?><?cs include!"layout.cs" ?><?cs
call:page_head({{connect.back_title from=Request.From}}) ?><meta http-equiv="refresh" content="0;url=<?cs var:Request.Url ?>">
<meta name="referrer" content="no-referrer">
<?cs call:panel_open("plain") ?>
<div class="consent-head">
  <h1><?cs if:Request.Status == "connected" ?>{{connect.connected}}<?cs elif:Request.Status == "open" ?>{{connect.nothing}}<?cs else ?>{{connect.not_connected}}<?cs /if ?></h1>
  <p class="lede">{{connect.back_lede from=Request.From}}</p>
</div>
<p class="form-actions form-actions-centre"><a class="button button-primary" href="<?cs var:Request.Url ?>" rel="noreferrer">{{connect.continue from=Request.From}}</a></p>
<?cs call:panel_close() ?>
